/** Functions serve no console (docs/decisions/0054), so nothing of their settings is about one. */
export const CONSOLE_VARIABLES = {};
export const loginProviderOf = () => undefined;
export const consoleFaults = (): readonly never[] => [];
