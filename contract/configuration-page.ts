import { variablesOf, type Variable } from '../src/config/faults';
import { configSchema } from '../src/config/schema';
import { stackSchema } from '../src/config/stack-variables';

const HEAD = '| variable | default | can be | read by | |\n|---|---|---|---|---|';

const row = ({ name, defaultText, allowed, readBy, description }: Variable) =>
  `| ${[name, defaultText, allowed, readBy, description].join(' | ')} |`;

const table = (variables: Variable[]) => [HEAD, ...variables.map(row)].join('\n');

/** docs/configuration.md: every variable, from the schemas that check it. */
export const configurationPage = (): string => `# Configuration

By environment variables; an empty one counts as unset. Made by \`npm run generate\` from
[\`src/config/schema.ts\`](../src/config/schema.ts) and [\`src/config/stack-variables.ts\`](../src/config/stack-variables.ts), which
check what is given: \`npm start\`, \`npm run reload\` and each process name every wrong variable at once, with what it
can be, and change nothing. Set them for \`npm start\`: \`BCRYPT_COST=12 API_WORKERS=4 npm start\`. What runs keeps what it was
started with (\`.local/stack.json\`) until the next \`npm start\` or \`npm run reload\`. \`npm run doctor\` looks for what is
allowed and unwise, and for names that are nearly right.

## The API and the job worker

${table(variablesOf(configSchema))}

## NGINX, PM2 and the scripts

${table(variablesOf(stackSchema))}
`;
