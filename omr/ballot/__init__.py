"""What is printed: layout in millimetres, PDF drawing, code texts, serials and their key."""
