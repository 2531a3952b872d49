"""What the organisation settles once: settings, currencies and their rates, number series, reasons, lists."""
