"""What a server shows of itself: its calls, the control API under /_local/, and the page at /."""
