variable "alert_email" {
  description = "Who hears that the sweep is silent, a job needs a person, or functions fail; empty: nobody."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "alert_email is no e-mail address."
  }
}

variable "firestore_location" {
  description = "Where the database lies, for ever; null: in the region. A multi-region (nam5, eur3) costs double."
  type        = string
  default     = null
}

variable "instances" {
  description = "Other bounds than the table's for a function's instances, by the function's name."
  type = map(object({
    max = optional(number)
    min = optional(number, 0)
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.instances), keys(local.functions))) == 0
    error_message = "instances names a function that infra/functions.json does not have."
  }

  validation {
    condition     = alltrue([for bounds in values(var.instances) : bounds.min <= coalesce(bounds.max, 1000)])
    error_message = "instances asks for a minimum above the maximum."
  }
}

variable "project" {
  description = "The Google Cloud project's id."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is no project id: 6 to 30 of a-z, 0-9 and -, a letter first."
  }
}

variable "public_url" {
  description = "What callers see before a function's name (README, \"An address of your own\"); empty: Google's own."
  type        = string
  default     = ""

  validation {
    condition     = var.public_url == "" || can(regex("^https://[a-z0-9-]+(\\.[a-z0-9-]+)+(/[A-Za-z0-9._~-]+)*$", var.public_url))
    error_message = "public_url is no address such as https://films.example.com, without port, query and slash at its end."
  }
}

variable "region" {
  description = "Where functions, queues and buckets are. Veo is asked in us-central1 whatever stands here."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]$", var.region))
    error_message = "region is no region such as us-central1."
  }
}
