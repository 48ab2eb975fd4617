const unread = () => ({});

/** Tables are read whole by `paywright verify`, from the command line. */
export const dynamodbStoredRows = unread;

/** The same on Postgres. */
export const postgresStoredRows = unread;
