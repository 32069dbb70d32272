"""Small widgets that several pages share. They know the theme, and nothing of projects."""
