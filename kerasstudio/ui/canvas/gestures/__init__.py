"""What a hand does with the mouse, one class for each gesture."""
