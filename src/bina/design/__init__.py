"""The look of the house: theme, components as Jinja2 macros, icons, number and date formats, small behaviours."""
