import { ref } from 'vue'
import { openSink } from '../model/save-file.ts'
import { requests } from '../stores/requests.ts'

/** The audit as a file. `failed`: it did not come; half a file is none. */
export function useAuditFile() {
  const saving = ref(false)
  const failed = ref(false)

  async function save(format: 'csv' | 'ndjson', query: URLSearchParams): Promise<void> {
    saving.value = true
    failed.value = false
    const asked = new URLSearchParams(query)
    asked.set('format', format)
    try {
      const sink = await openSink(`andon-audit.${format}`)
      try {
        const answer = await fetch(requests.url(`audit/export?${asked.toString()}`))
        const reader = answer.ok ? answer.body?.getReader() : undefined
        if (!reader) throw new Error(`The panel answered ${answer.status}.`)
        for (let part = await reader.read(); !part.done; part = await reader.read()) await sink.write(part.value)
        await sink.close()
      } catch (error) {
        await sink.abort()
        throw error
      }
    } catch (error) {
      // Closing the dialog is no fault.
      failed.value = !(error instanceof DOMException && error.name === 'AbortError')
    } finally {
      saving.value = false
    }
  }

  return { saving, failed, save }
}
