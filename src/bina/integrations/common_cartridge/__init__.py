"""IMS Common Cartridge 1.1 to 1.3: courses of other systems become ordinary course folders, with a report for each resource."""
