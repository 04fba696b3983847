"""What each model of the generator's latents does to the pictures; see README.md."""
