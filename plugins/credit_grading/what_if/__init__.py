"""What-if (规则试算): a draft rulebook evaluated beside the current one, and what it would change."""
