"""What users choose for themselves, kept so that it follows them from device to device."""
