import { flag, text } from '../../src/command-line/arguments';

// The arguments of the bench, which the command line judges before it installs or builds anything.

const bench = {
  call: 'npx taskfleet bench',
  about: `Compares one API worker with the cluster, on servers, ports and data of its own (.local/bench), and leaves nothing running. Reliable figures need a quiet machine. BCRYPT_COST sets the cost of a password (10).
Results: .local/bench/results/TIME.json, .md and .html. The exit status is 1 if a run had errors, 2 for wrong arguments.

npx taskfleet bench compare BEFORE.json AFTER.json    what became slower
npx taskfleet bench plan --rps 5000 --scenario NAME   workers for a load
npx taskfleet bench plan --rps 5000 --mix NAME=90,…   hosts for a load`,
  options: {
    only: text('NAME,…', 'measures only these; --list prints the names'),
    list: flag('prints all names, one per line'),
    quick: flag('takes about three minutes, with less certain figures'),
    seconds: text('N', 'length of each measured window (default: 10; quick: 3)'),
    rounds: text('N', 'how often each is measured, in turns (default: 3; quick: 1)'),
    workers: text('N', 'workers of the cluster (default: one per core, at least 2)'),
    connections: text(
      'N',
      'connections that send as fast as answers come (default: 32; for requests that hash a password 10)',
    ),
    balancing: text(
      'NAME,…',
      'round-robin, least-connections, response-time or all, instead of the balancing of each scenario',
    ),
    cache: text('WHICH', 'on, off or both, for scenarios that can have both'),
    requests: text('N', 'requests over which the memory is watched (default: 1000000)'),
    save: flag(
      "keeps the results in bench/results by the machine's name; a complete run without errors replaces the one before",
    ),
  },
};

const compare = {
  call: 'npx taskfleet bench compare',
  about:
    'Lists what became slower or faster beyond the noise. The exit status is 1 if something became worse, 2 if nothing can be compared.',
  options: {},
  operands: { 'BEFORE.json': 'a result of the bench', 'AFTER.json': 'a later result' },
};

const plan = {
  call: 'npx taskfleet bench plan',
  about: `With --mix it calculates the hosts, processes, connections and bytes that a rate needs, says which assumption is behind each figure, and what saturates first (docs/scaling.md).
With --scenario it calculates how many workers one host needs, by the scaling curve of a result. The exit status is 1 if no number is enough.`,
  options: {
    rps: text('N', 'the rate, in requests per second; with --mix up to four, separated by commas'),
    mix: text(
      'NAME=PERCENT,…',
      'kinds of requests, as the bench names them, such as cached-read=90,create=9,log-in=1',
    ),
    cores: text('N', 'cores of each host (default: 16)'),
    busy: text('PERCENT', 'most that the cores may be busy, also after the loss (default: 60)'),
    lose: text('WHAT', 'what may fail: none, host or zone, one of three (default: host)'),
    network: text('GBIT', 'network of each host in Gbit/s (default: 10)'),
    scenario: text('NAME', 'a scenario that has a scaling curve, instead of --mix'),
    file: text(
      'FILE.json',
      'a result of the bench (default: the newest); with --mix it may also be constants of your own (default: bench/plan/constants.json)',
    ),
    json: flag('with --mix: prints JSON'),
    kinds: flag('lists the kinds of requests for --mix, with what each costs'),
    'print-constants': flag('prints the constants behind --mix as JSON, to change them for --file'),
  },
};

export const commands = { bench, compare, plan };
