import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Administration } from '../../../core/administration.ts'
import type { AuditQuery } from '../../../core/account-store.ts'
import { auditText, AUDIT_FORMATS } from '../../../core/audit-text.ts'
import { AuditRowSchema, AuditVerdictSchema } from '../../../shared/account.ts'
import { accessOf } from './identity.ts'
import { BAD_QUERY, FORBIDDEN, SIGN_IN_REQUIRED } from './problem-schema.ts'
import { timeOf } from './query-schema.ts'

const TimeSchema = Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601, or epoch.' })
const filters = {
  who: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  action: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Anywhere in the row.' })),
  outcome: Type.Optional(
    Type.Enum(['done', 'not_done'] as const, { description: '`not_done`: what was refused or failed.' }),
  ),
  from: Type.Optional(TimeSchema),
  to: Type.Optional(TimeSchema),
}
const QuerySchema = Type.Object(
  {
    ...filters,
    before: Type.Optional(Type.Integer({ minimum: 1, description: '`next` of the page before.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
  },
  { additionalProperties: false },
)
const ExportQuerySchema = Type.Object(
  { ...filters, format: Type.Optional(Type.Enum(AUDIT_FORMATS)) },
  { additionalProperties: false },
)
type Filters = Omit<Type.Static<typeof ExportQuerySchema>, 'format'>

const DEFAULT_LIMIT = 100
const EXPORT_ROWS = 1_000

/** Who did what. */
export function auditRoutes(app: FastifyInstance, administration: Administration): void {
  app.get<{ Querystring: Type.Static<typeof QuerySchema> }>(
    '/api/v1/audit',
    {
      schema: {
        tags: ['Accounts'],
        operationId: 'audit',
        summary: 'Who did what, newest first',
        description: '`andon audit verify` finds any row that was changed, removed, reordered or cut off.',
        querystring: QuerySchema,
        response: {
          200: Type.Object(
            {
              rows: Type.Array(AuditRowSchema),
              next: Type.Union([Type.Integer(), Type.Null()], {
                description: 'Goes into `before` for the following page.',
              }),
            },
            { description: 'A page of rows' },
          ),
          400: BAD_QUERY,
          401: SIGN_IN_REQUIRED,
          403: FORBIDDEN,
        },
      },
    },
    (request) => {
      const { before, limit = DEFAULT_LIMIT, ...rest } = request.query
      const rows = administration.audit(accessOf(request), { ...queryOf(rest), before, limit })
      return { rows, next: rows.length === limit ? (rows.at(-1)?.number ?? null) : null }
    },
  )

  app.get(
    '/api/v1/audit/verify',
    {
      schema: {
        tags: ['Accounts'],
        operationId: 'verifyAudit',
        summary: 'Is the audit as it was written?',
        description: 'Looks through the whole chain. It is itself written down.',
        response: {
          200: { ...AuditVerdictSchema, description: 'What was found' },
          401: SIGN_IN_REQUIRED,
          403: FORBIDDEN,
        },
      },
    },
    (request) => administration.verifyAudit(accessOf(request)),
  )

  app.get<{ Querystring: Type.Static<typeof ExportQuerySchema> }>(
    '/api/v1/audit/export',
    {
      schema: {
        tags: ['Accounts'],
        operationId: 'exportAudit',
        summary: 'The audit as a download, newest first',
        querystring: ExportQuerySchema,
        response: {
          200: {
            description: 'One row a line',
            content: {
              'application/x-ndjson': { schema: { type: 'string' } },
              'text/csv': { schema: { type: 'string' } },
            },
          },
          400: BAD_QUERY,
          401: SIGN_IN_REQUIRED,
          403: FORBIDDEN,
        },
      },
    },
    async (request, reply) => {
      const access = accessOf(request)
      const { format = 'ndjson', ...rest } = request.query
      const query = queryOf(rest)
      administration.exportAudit(access, format)
      const page = (before: number | undefined) =>
        administration.audit(access, { ...query, before, limit: EXPORT_ROWS })
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
        .header('Content-Disposition', `attachment; filename="andon-audit.${format}"`)
        .send(Readable.from(auditText(page, format), { objectMode: false }))
    },
  )
}

function queryOf({ who, action, text, outcome, from, to }: Filters): Omit<AuditQuery, 'before' | 'limit'> {
  return {
    who,
    action,
    text,
    outcome,
    from: from === undefined ? undefined : Math.floor(timeOf(from)),
    to: to === undefined ? undefined : Math.floor(timeOf(to)),
  }
}
