/** Every variable that the app reads. */
export const appVariables: string[];
/** What of them a job worker is given; the rest is empty. */
export function workerVariables(env: Record<string, string>): Record<string, string>;
export function pickAppVariables(source: NodeJS.ProcessEnv): Record<string, string>;
