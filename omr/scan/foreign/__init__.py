"""Foreign ink on the whole page: in boxes' company, over names, print, codes and edges."""
