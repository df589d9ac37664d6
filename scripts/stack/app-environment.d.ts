/** Every variable that the app reads. */
export const appVariables: string[];
export function pickAppVariables(source: NodeJS.ProcessEnv): Record<string, string>;
