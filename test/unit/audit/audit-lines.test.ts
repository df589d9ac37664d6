import { createAudit } from '../../../src/audit/audit';
import { LOG_LEVELS } from '../../../src/lib/log-levels';
import { createLogger } from '../../../src/process/logger';

function createTestAudit(level: string) {
  const lines: string[] = [];
  const logger = createLogger(level, 'test', { stream: { write: (line) => lines.push(line) } });
  const entries = { add: async () => {}, addMissing: async () => {} };
  return { ...createAudit({ entries, logger }), lines, logger };
}

const event = { action: 'log-in', outcome: 'refused', origin: {} } as const;
const levels = LOG_LEVELS.filter((level) => level !== 'silent');

describe('the lines of the audit', () => {
  it.each(levels)('are written at LOG_LEVEL=%s', async (level) => {
    const { record, lines } = createTestAudit(level);
    await record(event);
    expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'audit', action: 'log-in', outcome: 'refused' });
  });

  it('follow a change to silent and back', async () => {
    const { record, lines, logger } = createTestAudit('silent');
    await record(event);
    logger.level = 'error';
    await record(event);
    logger.level = 'silent';
    await record(event);
    expect(lines).toHaveLength(1);
  });
});
