"""English dates as the rest of the program writes them: in a German firm 04/05 would be read the other way round."""

SHORT_DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
