terraform {
  required_version = ">= 1.11"

  # The bucket is the operator's: -backend-config=bucket=… (README).
  backend "gcs" {}

  # Written for 7.40 and valid on 8; a lock file is made by the first init that reaches the registry.
  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
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
