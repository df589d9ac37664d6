const SECRET = /([?&][^=&]*(?:token|password|secret|authorization|api[-_]?key)[^=&]*=)[^&]*/gi;

/** Nothing here takes a secret in its address, but some client sends it there all the same. */
export const loggedUrl = (url: string): string => (url.includes('?') ? url.replace(SECRET, '$1…') : url);
