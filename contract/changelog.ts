import type { Contract } from './breaking-changes';

const UNRELEASED = '## [Unreleased]\n';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** An operation as a line of the changelog: "`GET /tasks`: List tasks". */
function operationsOf({ paths }: Contract): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Record<string, { summary?: string } | undefined>)[method];
      return operation ? [`\`${method.toUpperCase()} ${path}\`: ${operation.summary ?? 'no summary'}`] : [];
    }),
  );
}

const placeOf = (line: string) => line.slice(0, line.indexOf(':'));

/** Operations of `now` that `released` has not, each as a line. */
export function addedOperations(released: Contract, now: Contract): string[] {
  const known = new Set(operationsOf(released).map(placeOf));
  return operationsOf(now).filter((line) => !known.has(placeOf(line)));
}

/**
 * Moves what stands under "Unreleased" into a section of `version`, and adds the operations that are new and the
 * changes that break clients. Throws if the changelog has no "Unreleased" or has the version already.
 *
 * @param date ISO 8601, without a time
 */
export function withRelease(
  changelog: string,
  { version, date, added, breaking }: { version: string; date: string; added: string[]; breaking: string[] },
): string {
  const [head, rest] = changelog.split(UNRELEASED);
  if (rest === undefined) throw new Error('CHANGELOG.md has no section "Unreleased"');
  if (rest.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a section ${version} already`);
  const list = (title: string, lines: string[]) =>
    lines.length > 0 ? `### ${title}\n\n${lines.map((line) => `- ${line}`).join('\n')}\n\n` : '';
  const generated = list('Added to the API', added) + list('Breaks clients', breaking);
  return `${head}${UNRELEASED}\n## [${version}] - ${date}\n\n${generated}${rest.replace(/^\n+/, '')}`;
}
