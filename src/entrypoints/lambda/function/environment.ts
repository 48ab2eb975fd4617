/** The variables of this function, read here and nowhere else; the runtime changes `_X_AMZN_TRACE_ID` with each invocation. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
