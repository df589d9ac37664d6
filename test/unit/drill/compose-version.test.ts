import { isNewEnough } from '../../../ops/drill/engine/compose';

describe('the version of Compose', () => {
  it.each(['2.24.4', 'v2.24.10', '2.25.0', '5.0.0', '2.40.3-desktop.1'])('accepts %s', (found) => {
    expect(isNewEnough(found)).toBe(true);
  });

  it.each(['2.24.3', '2.20.9', '1.29.2', '', 'unknown'])('refuses %p', (found) => {
    expect(isNewEnough(found)).toBe(false);
  });
});
