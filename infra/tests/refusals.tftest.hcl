# What is refused before anything is made.
mock_provider "archive" {}
mock_provider "google" {}

variables {
  project = "shop-films"
}

run "no_such_function" {
  command = plan

  variables {
    instances = { job = { max = 1 } }
  }

  expect_failures = [var.instances]
}

run "no_project" {
  command = plan

  variables {
    project = "Shop Films"
  }

  expect_failures = [var.project]
}

run "no_region" {
  command = plan

  variables {
    region = "us-central1-a"
  }

  expect_failures = [var.region]
}

run "no_address" {
  command = plan

  variables {
    alert_email = "nobody"
  }

  expect_failures = [var.alert_email]
}

run "a_slash_at_the_end" {
  command = plan

  variables {
    public_url = "https://films.example.com/"
  }

  expect_failures = [var.public_url]
}

run "no_https" {
  command = plan

  variables {
    public_url = "http://films.example.com"
  }

  expect_failures = [var.public_url]
}

run "a_port" {
  command = plan

  variables {
    public_url = "https://films.example.com:8443"
  }

  expect_failures = [var.public_url]
}

run "a_query" {
  command = plan

  variables {
    public_url = "https://films.example.com?a=b"
  }

  expect_failures = [var.public_url]
}

run "no_host" {
  command = plan

  variables {
    public_url = "https://films"
  }

  expect_failures = [var.public_url]
}
