import { defineStore } from 'pinia'
import { ref } from 'vue'
import { type ExecutionFilter, NO_EXECUTION_FILTER } from '../model/execution-filter.ts'

/** What the executions page is narrowed down to; kept here so that it is found again as it was left. */
export const useExecutionFilter = defineStore('execution-filter', () => {
  const filter = ref<ExecutionFilter>(NO_EXECUTION_FILTER)

  function change(part: Partial<ExecutionFilter>): void {
    filter.value = { ...filter.value, ...part }
  }

  return { filter, change }
})
