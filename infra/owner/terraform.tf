# What only the project's owner makes, once, and again when a function comes or goes: every account, who may act as one,
# and the roles of the three builds. No build can give itself or anybody more than stands here.
terraform {
  required_version = ">= 1.11"

  # The bucket is the operator's: -backend-config=bucket=… (README).
  backend "gcs" {}

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.40"
    }
  }
}

provider "google" {
  default_labels = { app = "abroll" }
  project        = var.project
  region         = var.region
}
