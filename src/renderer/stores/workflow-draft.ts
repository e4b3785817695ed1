import { defineStore } from 'pinia'
import { ref } from 'vue'
import { EXAMPLE_DEFINITION } from '../model/workflow-draft.ts'

/** The definition that a person writes; kept here so that it is found again as it was left. */
export const useWorkflowDraft = defineStore('workflow-draft', () => {
  const text = ref(EXAMPLE_DEFINITION)
  return { text }
})
