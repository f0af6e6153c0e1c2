variable "project" {
  description = "The Google Cloud project's id."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is no project id: 6 to 30 of a-z, 0-9 and -, a letter first."
  }
}

variable "region" {
  description = "Where the builds' buckets are."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]$", var.region))
    error_message = "region is no region such as us-central1."
  }
}
