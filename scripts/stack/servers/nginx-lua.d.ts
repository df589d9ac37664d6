/** Whether the NGINX that would be started can balance by response time. */
export function hasLua(): boolean;
/** @throws UserError where it can't @returns lines of the configuration */
export function loadLua(bin: string): string;
