import { ZodType } from 'zod';

/** What a schema says of itself in the document is left out where there is no document. */
Object.assign(ZodType.prototype, {
  openapi(this: ZodType) {
    return this;
  },
});

export * from 'zod';
