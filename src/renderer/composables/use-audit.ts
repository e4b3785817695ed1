import Type from 'typebox'
import { onMounted, ref, shallowRef, watch } from 'vue'
import { type AuditRow, AuditRowSchema } from '../../shared/account.ts'
import { type AuditFilter, auditQuery, NO_AUDIT_FILTER } from '../model/audit-filter.ts'
import { requests } from '../stores/requests.ts'
import { useRefusalWords } from './use-refusal-words.ts'

const PageSchema = Type.Object({
  rows: Type.Array(AuditRowSchema),
  next: Type.Union([Type.Integer(), Type.Null()]),
})

/** Rows on one page. */
const PAGE = 100

/** A person who types is given this long before the panel is asked, milliseconds. */
const TYPING_MS = 300

/** The audit as far as it was asked for, newest first. */
export function useAudit() {
  const words = useRefusalWords()
  const filter = ref<AuditFilter>(NO_AUDIT_FILTER)
  const rows = shallowRef<readonly AuditRow[] | null>(null)
  const next = ref<number | null>(null)
  const problem = ref<string | null>(null)
  const busy = ref(false)
  let asked = 0
  let typing: ReturnType<typeof setTimeout> | undefined

  async function load(before: number | null): Promise<void> {
    asked += 1
    const own = asked
    const query = auditQuery(filter.value)
    query.set('limit', String(PAGE))
    if (before !== null) query.set('before', String(before))
    busy.value = true
    const answered = await requests.ask(PageSchema, `audit?${query.toString()}`)
    // What was asked for meanwhile counts.
    if (own !== asked) return
    busy.value = false
    problem.value = answered.ok ? null : words(answered.refusal)
    if (!answered.ok) return
    rows.value = before === null ? answered.value.rows : [...(rows.value ?? []), ...answered.value.rows]
    next.value = answered.value.next
  }

  function change(part: Partial<AuditFilter>): void {
    filter.value = { ...filter.value, ...part }
  }

  watch(filter, (now, before) => {
    clearTimeout(typing)
    if (now.text === before.text) void load(null)
    else typing = setTimeout(() => void load(null), TYPING_MS)
  })

  onMounted(() => load(null))
  return {
    filter,
    rows,
    next,
    problem,
    busy,
    change,
    reload: (): Promise<void> => load(null),
    more: (): Promise<void> => load(next.value),
  }
}
