"""Sign-in: its flows, its challenges, and what each answer has to prove."""
