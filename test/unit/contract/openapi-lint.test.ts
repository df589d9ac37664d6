import { Spectral, type ISpectralDiagnostic, type RulesetDefinition } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import { oas } from '@stoplight/spectral-rulesets';
import { apiDocument } from '../../../contract/document';
import { examplesOf } from '../../support/examples';
import { createSchemas } from '../../support/schemas';

interface Exception {
  rule: string;
  /** Place in the document; default: everywhere. */
  at?: RegExp;
  reason: string;
}

const OPEN =
  /^paths\/\/(users\/(signup|login|token|password)|health\/\w+|problems\/\{name\}|openapi\.json)\//;
const UNCOUNTED = /^paths\/\/(health\/\w+|problems\/\{name\}|openapi\.json)\//;

/** Every rule of both rule sets counts but for these; one that matches nothing any more fails the test. */
const exceptions: Exception[] = [
  {
    rule: 'info-contact',
    reason: 'Whom to ask is who runs the installation, which the document cannot know.',
  },
  { rule: 'info-license', reason: 'The repository is private.' },
  { rule: 'license-url', reason: 'The repository is private.' },
  { rule: 'openapi-tags-alphabetical', reason: 'They stand in the order in which they are best read.' },
  {
    rule: 'oas3-unused-component',
    at: /^components\/responses\/(MethodNotAllowed|RequestTimeout|UriTooLong|HeadersTooLarge|NotImplemented|BadGateway|GatewayTimeout|HttpVersionNotSupported)$/,
    reason: 'NGINX or Node answers before an operation is chosen.',
  },
  {
    rule: 'oas3-unused-component',
    at: /^components\/headers\/(Deprecation|Sunset)$/,
    reason: 'Nothing is deprecated now.',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    at: OPEN,
    reason:
      'Sign-up, log-in and renewal are where tokens come from; a reset token is a credential of its own.',
  },
  { rule: 'owasp:api2:2023-read-restricted', at: OPEN, reason: 'Probes and documentation are for all.' },
  {
    rule: 'owasp:api8:2023-define-error-responses-401',
    at: OPEN,
    reason: 'These operations take no token, so they refuse none.',
  },
  { rule: 'owasp:api4:2023-rate-limit', at: UNCOUNTED, reason: 'Probes and documentation are not counted.' },
  {
    rule: 'owasp:api4:2023-rate-limit-responses-429',
    at: UNCOUNTED,
    reason: 'Probes and documentation are not counted.',
  },
  {
    rule: 'owasp:api8:2023-define-cors-origin',
    reason: 'Sent only to pages of the origins that the installation allows, and read by browsers alone.',
  },
  {
    rule: 'owasp:api4:2023-string-restricted',
    at: /(\/properties\/(detail|message|path)|\/properties\/error\/anyOf\/0)$/,
    reason: 'Words for people, of the server itself.',
  },
];

const schemas = createSchemas(apiDocument);

const placeOf = ({ path }: ISpectralDiagnostic) => path.join('/');
const allows = ({ rule, at }: Exception, found: ISpectralDiagnostic) =>
  rule === found.code && (!at || at.test(placeOf(found)));

describe('the OpenAPI document', () => {
  let found: ISpectralDiagnostic[];

  beforeAll(async () => {
    const spectral = new Spectral();
    spectral.setRuleset({
      extends: [
        [oas, 'all'],
        [owasp, 'all'],
      ],
    } as RulesetDefinition);
    found = await spectral.run(apiDocument as unknown as Record<string, unknown>);
  }, 120_000);

  it('follows the rules of Spectral and OWASP', () => {
    const faults = found.filter((one) => !exceptions.some((exception) => allows(exception, one)));
    expect(faults.map((one) => `${one.code} at ${placeOf(one)}: ${one.message}`)).toEqual([]);
  });

  it.each(exceptions)('still needs the exception from $rule: $reason', (exception) => {
    expect(found.some((one) => allows(exception, one))).toBe(true);
  });
});

describe('the OpenAPI document', () => {
  it.each(examplesOf(apiDocument))('shows an example that is valid: $place', ({ schema, example }) => {
    expect(schemas.faultOf(schema, example)).toBeUndefined();
  });

  const CHOICES = ['anyOf', 'oneOf', 'allOf'];

  /** Lists the forms that openapi-python-client and others drop, or make several models of. */
  function lossesIn(node: unknown, path: string[] = []): string[] {
    if (typeof node !== 'object' || node === null || path.at(-1) === 'example') return [];
    const own = node as Record<string, unknown>;
    const choices = CHOICES.flatMap((name) =>
      Array.isArray(own[name]) ? (own[name] as { type?: unknown }[]) : [],
    );
    const lists = choices.filter(({ type }) => type === 'array');
    const isComponent = path.length === 3 && path[1] === 'schemas';
    const isParameter = path.includes('parameters');
    const says = (what: string) => `${path.join('/')}: ${what}`;
    return [
      ...(choices.length > 0 && 'properties' in own ? [says('a choice beside properties')] : []),
      ...(lists.length > 1 ? [says('a choice of lists')] : []),
      ...(Array.isArray(own.enum) && !isComponent && !isParameter ? [says('values without a name')] : []),
      ...Object.entries(own).flatMap(([name, value]) => lossesIn(value, [...path, name])),
    ];
  }

  describe('the schemas of the document', () => {
    it('have forms that every generator keeps', () => {
      expect(lossesIn(apiDocument)).toEqual([]);
    });

    it.each([
      [{ properties: {}, anyOf: [{ required: ['a'] }] }, 'a choice beside properties'],
      [{ anyOf: [{ type: 'array' }, { type: 'array' }] }, 'a choice of lists'],
      [{ properties: { status: { enum: ['a', 'b'] } } }, 'values without a name'],
    ])('have none like %j, which generators lose', (schema, loss) => {
      expect(lossesIn({ components: { schemas: { Bad: schema } } })[0]).toContain(loss);
    });
  });
});
