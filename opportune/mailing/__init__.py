"""Mail that goes out: by SMTP where it is set up, else as something an administrator copies and passes on."""
