/** The builds are made in `folder`, which has to lie within `root`. */
export function brokenBuilds(
  root: string,
  folder: string,
): {
  name: string;
  options: { build: string; env?: Record<string, string>; limitMs?: number };
  refusal: RegExp;
}[];

/** What passes its trial, and fails in a worker's place. */
export function lateBuilds(root: string, folder: string): { name: string; build: string; failure: RegExp }[];
