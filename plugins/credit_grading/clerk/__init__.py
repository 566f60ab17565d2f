"""What a department's clerk works with: templates, checks before delivery, rows to correct."""
