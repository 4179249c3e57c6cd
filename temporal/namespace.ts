import { type Client, isGrpcServiceError } from '@temporalio/client';
import { REGISTERED_ATTRIBUTES } from '../shared/orchestration/registered-attributes.js';

const ALREADY_EXISTS = 6;
const NOT_FOUND = 5;
/** Of histories, once their run has ended. */
export const RETENTION_DAYS = 90;
/** `temporal.api.enums.v1.IndexedValueType` by the names that the command line uses. */
const VALUE_TYPES: Readonly<Record<string, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/**
 * Creates the namespace and the search attributes where they are missing; a server of one's own may have neither. Where they are
 * there, it only looks: who may start ships may not make namespaces.
 */
export async function ensureNamespace(client: Client, retentionDays = RETENTION_DAYS): Promise<void> {
  const { workflowService, operatorService } = client.connection;
  const { namespace } = client.options;
  const retention = { seconds: (retentionDays * 86_400) as never };
  const isThere = await workflowService.describeNamespace({ namespace }).then(
    () => true,
    (error: unknown) => {
      if (isGrpcServiceError(error) && error.code === NOT_FOUND) return false;
      throw error;
    },
  );
  if (!isThere)
    await workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention })
      .catch(unless(ALREADY_EXISTS));
  for (;;) {
    try {
      const known = await operatorService.listSearchAttributes({ namespace });
      const missing = REGISTERED_ATTRIBUTES.filter(({ name }) => !(name in (known.customAttributes ?? {})));
      if (missing.length === 0) return;
      const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, VALUE_TYPES[type]!]));
      await operatorService.addSearchAttributes({ namespace, searchAttributes });
    } catch (error) {
      // A namespace is known to every part of the server a little after it was registered.
      if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function unless(code: number) {
  return (error: unknown) => {
    if (!isGrpcServiceError(error) || error.code !== code) throw error;
  };
}
