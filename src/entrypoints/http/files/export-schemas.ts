import { z } from '@hono/zod-openapi';
import { EXPORT_FORMATS } from '../../../domain/files/export.ts';
import { paymentFilter } from '../server/schemas.ts';

/** The query of `GET /payments/export`, as text. */
export const exportQuery = z.strictObject({
  ...paymentFilter,
  format: z
    .enum(EXPORT_FORMATS, { error: 'must be `csv` or `json`' })
    .optional()
    .openapi({ default: 'csv', description: '`json` is one JSON text for each line.' }),
});
