import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { ApiDocument } from '../../contract/document';

/** A JSON pointer into the document, escaped for a URI. */
export const pointer = (...parts: string[]) =>
  parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');

/** Validates values against the schemas of the document, named by their pointers. */
export function createSchemas(document: ApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ ...document, $id: 'api' });
  const compiled = new Map<string, ValidateFunction>();

  return {
    /** The faults of the value, `undefined` if it is valid. */
    faultOf(place: string, value: unknown): string | undefined {
      const validate = compiled.get(place) ?? ajv.compile({ $ref: `api#/${place}` });
      compiled.set(place, validate);
      return validate(value) ? undefined : ajv.errorsText(validate.errors).slice(0, 500);
    },
  };
}
