// The arguments of the bench, which the command line judges before it installs or builds anything.
const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;

const bench = {
  usage: `npm run bench -- [options]

Compares one API worker with the cluster, on servers, ports and data of its own
(.local/bench), and leaves nothing running. Reliable figures need a quiet
machine.

  --only NAME,…      measure only these; --list prints the names
  --list             print all names, one per line
  --quick            take about three minutes, with less certain figures
  --seconds N        length of each measured window (10; quick: 3)
  --rounds N         how often each is measured, in turns (3; quick: 1)
  --workers N        workers of the cluster (one per core, at least 2)
  --connections N    connections that send as fast as answers come (32; for
                     requests that hash a password 10)
  --balancing NAME,… round-robin, least-connections, response-time or all,
                     instead of the balancing of each scenario
  --cache WHICH      on, off or both, for scenarios that can have both
  --requests N       requests over which the memory is watched (1000000)
  --save             keep the results in bench/results by the machine's name; a
                     complete run without errors replaces the one before
  --help

npm run bench -- compare BEFORE.json AFTER.json    what became slower
npm run bench -- plan --rps 5000 --scenario NAME   workers for a load

BCRYPT_COST sets the cost of a password (10).
Results: .local/bench/results/TIME.json, .md and .html.
The exit status is 1 if a run had errors, 2 for wrong arguments.
`,
  options: {
    quick: flag,
    only: text,
    list: flag,
    seconds: text,
    rounds: text,
    workers: text,
    connections: text,
    balancing: text,
    cache: text,
    requests: text,
    save: flag,
  },
};

const compare = {
  usage: `npm run bench -- compare BEFORE.json AFTER.json

Lists what became slower or faster beyond the noise. The exit status is 1 if
something became worse, 2 if nothing can be compared.`,
  most: 2,
};

const plan = {
  usage: `npm run bench -- plan --rps N --scenario NAME [--file RESULT.json]

Calculates how many workers a rate needs, by the scaling curve of a result (the
newest by default). The exit status is 1 if no number is enough.`,
  options: { rps: text, scenario: text, file: text },
};

export const commands = { bench, compare, plan };
