// The arguments of the bench, which the command line judges before it installs or builds anything.
const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;

const bench = {
  usage: `npm run bench -- [options]

Measures one API worker against the cluster, on servers, ports and data of its
own (.local/bench), beside whatever else runs, and leaves nothing running. For
figures that mean something the machine must be quiet.

  --only NAME,…      these scenarios alone; --list names them
  --list             all scenarios, a line each
  --quick            about three minutes on a quiet machine, less certain
  --seconds N        how long each run is measured (10; quick: 3)
  --rounds N         how often each is run, in turns (3; quick: 1)
  --workers N        of the cluster (as many as cores, at least 2)
  --connections N    that send as fast as answers come (32; for passwords 10)
  --balancing NAME,… round-robin, least-connections, response-time, or all:
                     in place of what each scenario is run over by itself
  --cache WHICH      on, off or both, likewise, if a scenario can be both
  --requests N       over how many the memory is watched (1000000)
  --save             keep the results in bench/results, by this machine's name
  --help

npm run bench -- compare BEFORE.json AFTER.json    what got slower
npm run bench -- plan --rps 5000 --scenario NAME   workers for a load

BCRYPT_COST sets the cost of a password (10).
Results: .local/bench/results/TIME.json, .md and .html.
The exit status is 1 if a run had errors.
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

What got slower or better beyond the noise, of two results. The exit status is 1
if something got worse, 2 if nothing can be compared.`,
  most: 2,
};

const plan = {
  usage: `npm run bench -- plan --rps N --scenario NAME [--file RESULT.json]

How many workers so many requests a second need, by the scaling curve of a
result (the newest one). The exit status is 1 if no number is enough.`,
  options: { rps: text, scenario: text, file: text },
};

export const commands = { bench, compare, plan };
