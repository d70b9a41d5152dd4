/**
 * Checks that go by a name. Executors look at the first before acting, the verifier and executors at the second
 * afterwards; a name that is not here would be looked at by nobody.
 */
export const preCheckNames: Readonly<Record<string, string>> = {
  namespace_allowed: 'The namespace is one of scope.allowedNamespaces.',
  owned_by_controller: 'A controller would replace the pod.',
  enough_ready_peers: 'guardrails.minimumReadyReplicasWithSameApp peers are Ready.',
  replicas_greater_than_one: 'The workload has more than one replica.',
  recent_restarts_less_than_three:
    'Automation acted on the workload fewer than three times in the last hour.',
  no_similar_action_recently: 'Nobody did the same to this workload within the cooldown.',
  not_already_rolling_out: 'No rollout of the workload is under way.',
  current_replicas_below_max: 'The workload has room up to its maximum.',
  quota_available: 'The quota of the namespace or account has room.',
  deployment_exists: 'The workload is there.',
  previous_revision_available: 'There is a revision to go back to.',
  dependencies_healthy: 'None of spec.dependencies is down.',
  replica_caught_up: 'The replica has no lag.',
  human_notified: 'The on-call person has been told.',
  incident_documented: 'The incident has a record that names a person.',
  safe_directories_only: 'Every directory is one that the executor calls safe.',
};

export const outcomeCheckNames: Readonly<Record<string, string>> = {
  replacement_pod_ready_within_timeout: 'A pod that was not there before is Ready.',
  pod_becomes_ready: 'The same, as the course spells it.',
  available_replicas_equal_desired_replicas: 'Every replica that is wanted is available.',
  new_pods_ready: 'Every replica that was added is Ready.',
  rollout_complete: 'Every pod is of the new revision and Ready.',
  previous_revision_running: 'Every pod is of the revision that was gone back to.',
  no_pods_running: 'No pod of the workload is left.',
  running_count_equals_desired_count: 'Every ECS task that is wanted runs.',
  disk_below_seventy_percent: 'The disk is less than 70 percent full.',
  new_primary_healthy: 'The promoted replica is primary and healthy.',
  clients_reconnected: 'As many clients as before are connected.',
  health_check_passes: 'The health check of the service passes.',
  metrics_improved: 'The metric that reported the symptom has improved.',
  error_rate_normalized: 'The error rate is at its baseline.',
  error_rate_not_up: 'The error rate has not risen.',
  files_attached: 'The files are attached to the incident.',
};
