import { variablesOf, type Variable } from '../src/config/faults';
import { configSchema } from '../src/config/schema';
import { stackSchema } from '../src/config/stack-variables';

const HEAD = '| variable | default | can be | read by | |\n|---|---|---|---|---|';

const row = ({ name, defaultText, allowed, readBy, description }: Variable) =>
  `| ${[name, defaultText, allowed, readBy, description].join(' | ')} |`;

const table = (variables: Variable[]) => [HEAD, ...variables.map(row)].join('\n');

/** docs/configuration.md: every variable, from the schemas that check it. */
export const configurationPage = (): string => `# Configuration

Keep variables in the configuration file, which every command, the supervisor, systemd's unit and PM2 read:

\`\`\`sh
npx taskfleet config set BCRYPT_COST=12 API_WORKERS=4
npx taskfleet config                # each value, and its source
\`\`\`

The file is \`taskfleet.env\` in DATA_DIR, or the one that TASKFLEET_CONFIG names. It has lines \`NAME=value\`,
which systemd (\`EnvironmentFile\`) and Docker (\`--env-file\`) read alike: no quotes around a value, no
backslashes, and comments on lines of their own. A variable of the shell wins for its command
(\`BCRYPT_COST=12 npm start\`), and the command says so. An empty variable counts as unset. What runs keeps
its values until the next \`npm start\` or \`npx taskfleet reload\`. Both list first what they would change, and
refuse another database, KEY_PREFIX or key of tokens without \`--yes\`.

\`npm start\`, \`npx taskfleet reload\` and each process check all variables first. They report every wrong one
with its allowed values, and change nothing. \`npx taskfleet doctor\` reports values that are allowed and
unwise, and names that are nearly right.

\`npm run generate\` writes this page from [\`schema.ts\`](../src/config/schema.ts) and
[\`stack-variables.ts\`](../src/config/stack-variables.ts), which also check the values.

## The API and the job worker

${table(variablesOf(configSchema))}

## NGINX, PM2 and the scripts

${table(variablesOf(stackSchema))}
`;
