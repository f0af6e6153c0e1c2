"""The operator's command: `python -m infra.admin`, a module for each noun, on the laptop and in the cloud alike."""
