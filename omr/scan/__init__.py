"""What is read: files to pages, pages to measurements; nothing is judged or kept here."""
