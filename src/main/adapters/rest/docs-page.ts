/** What the page shows of an OpenAPI document. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly tags?: readonly string[]
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly description?: string
    readonly schema?: Schema
  }[]
  readonly requestBody?: { readonly content: Content; readonly description?: string }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

interface Media {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>
}
type Content = Readonly<Record<string, Media>>

interface Schema {
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: #c4c7cc; --soft: #f2f3f5; --quiet: #565c66; }
@media (prefers-color-scheme: dark) { :root { --line: #454a53; --soft: #22262c; --quiet: #a3aab5; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; background: Canvas; color: CanvasText; }
@media (prefers-color-scheme: dark) { body { background: #16191d; color: #dfe2e7; } }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 0; font: 600 1rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
h4 { margin: 1rem 0 0.25rem; font-size: 0.9rem; }
p { margin: 0.25rem 0; }
a { color: inherit; }
nav ul { columns: 2; list-style: none; padding: 0; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.5rem 0.75rem; overflow: auto; margin: 0.25rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); }
td p { margin: 0; }
th, .quiet { color: var(--quiet); font-weight: normal; }
summary { cursor: pointer; }
`

/** A page for people, without script, from the document for programs. */
export function docsPage({ info, tags = [], paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation ? { method, path, operation, id: operation.operationId ?? `${method}${path}` } : []
    }),
  )
  const groups = tags.map((tag) => ({
    ...tag,
    of: operations.filter(({ operation }) => operation.tags?.includes(tag.name)),
  }))
  const links = groups
    .flatMap(({ of }) => of)
    .map(
      ({ id, method, path }) =>
        `<li><a href="#${text(id)}"><code>${method.toUpperCase()} ${text(path)}</code></a></li>`,
    )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(info.title)} API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/style.css">
</head>
<body>
<h1>${text(info.title)} API <span class="quiet">${text(info.version)}</span></h1>
${prose(info.description)}
<p>For programs: <a href="/api/docs/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Requests"><ul>${links.join('')}</ul></nav>
<main>
${groups
  .map(
    ({ name, description, of }) => `<h2>${text(name)}</h2>${prose(description)}
${of.map(({ id, method, path, operation }) => section(id, `${method.toUpperCase()} ${path}`, operation)).join('\n')}`,
  )
  .join('\n')}
</main>
</body>
</html>
`
}

function section(id: string, title: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses } = operation
  const rows = parameters.map(
    (each) =>
      `<tr><td><code>${text(each.name)}</code></td><td>${text(each.in)}</td><td>${text(kindOf(each.schema))}</td><td>${prose(each.description)}</td></tr>`,
  )
  const answers = Object.entries(responses).map(
    ([status, { description: what, content }]) =>
      `<tr><td>${text(status)}</td><td>${prose(what)}${content ? contentOf(content, Number(status) < 400) : ''}</td></tr>`,
  )
  return `<section id="${text(id)}">
<h3>${text(title)}</h3>
<p>${text(summary ?? '')}</p>
${prose(description)}
${rows.length > 0 ? `<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>Kind</th><th></th></tr>${rows.join('')}</table>` : ''}
${requestBody ? `<h4>Body</h4>${prose(requestBody.description)}${contentOf(requestBody.content)}` : ''}
<h4>Answers</h4><table><tr><th>Status</th><th></th></tr>${answers.join('')}</table>
</section>`
}

/** Answers that are no success all have the same few fields. */
function contentOf(content: Content, withFields = true): string {
  return Object.entries(content)
    .map(([type, media]) => {
      const examples =
        media.example === undefined ? Object.values(media.examples ?? {}).map(({ value }) => value) : [media.example]
      const shown = examples.map((example) => `<pre>${text(exampleText(example))}</pre>`).join('')
      const fields = withFields ? fieldsOf(media.schema) : []
      const list = fields.length > 0 ? `<details><summary class="quiet">Fields</summary>${table(fields)}</details>` : ''
      return `${type === 'application/json' ? '' : `<p class="quiet">${text(type)}</p>`}${shown}${list}`
    })
    .join('')
}

const exampleText = (example: unknown): string =>
  typeof example === 'string' ? example : JSON.stringify(example, null, 2)

interface Field {
  readonly name: string
  readonly kind: string
  readonly description: string
}

/** Fields by their path: `tags.*.quality`, `commands[].status`. */
function fieldsOf(schema: Schema | undefined, path = ''): Field[] {
  if (!schema) return []
  const { properties = {}, additionalProperties, items } = schema
  const inner = schema.anyOf?.flatMap((each) => fieldsOf(each, path)) ?? []
  const own = Object.entries(properties).flatMap(([key, value]) => {
    const name = path === '' ? key : `${path}.${key}`
    return [{ name, kind: kindOf(value), description: value.description ?? '' }, ...fieldsOf(value, name)]
  })
  const others =
    typeof additionalProperties === 'object' ? fieldsOf(additionalProperties, path === '' ? '*' : `${path}.*`) : []
  return [...own, ...others, ...fieldsOf(items, `${path}[]`), ...inner]
}

function table(fields: readonly Field[]): string {
  const rows = fields.map(
    ({ name, kind, description }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(kind)}</td><td>${prose(description)}</td></tr>`,
  )
  return `<table>${rows.join('')}</table>`
}

function kindOf(schema: Schema | undefined): string {
  if (!schema) return ''
  const { type, minimum, maximum } = schema
  if (schema.anyOf) return [...new Set(schema.anyOf.map(kindOf))].join(' | ')
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (type === 'array') return `${kindOf(schema.items)}[]`
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''} … ${maximum ?? ''}`
  return `${Array.isArray(type) ? type.join(' | ') : String(type ?? 'anything')}${range}`
}

/** Paragraphs; what stands between grave accents is code. */
function prose(description: string | undefined): string {
  if (description === undefined || description === '') return ''
  return description
    .split('\n\n')
    .map((paragraph) => `<p>${text(paragraph).replaceAll(/`([^`]*)`/g, '<code>$1</code>')}</p>`)
    .join('')
}

function text(plain: string): string {
  return plain.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
