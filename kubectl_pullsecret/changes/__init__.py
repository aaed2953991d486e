"""Changes: a Plan first (pure), what would be sent for it (pure), then its execution."""
