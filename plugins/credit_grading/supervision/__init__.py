"""What happens because of a release: reviews, inspections, warnings, repairs. Every step is SQL, and safe to re-run."""
