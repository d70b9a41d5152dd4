// Go templates that kwok fills in from the object (the dot) and patches into its status.

export interface PodStatusOptions {
  readonly phase?: 'Running' | 'Succeeded';
  readonly ready: boolean;
  /** YAML of each container's state and last state. */
  readonly state: string;
  readonly lastState?: string;
  readonly restarts: 'same' | 'more';
}

export function podStatus(options: PodStatusOptions): string {
  const { phase = 'Running', ready, state, lastState, restarts } = options;
  const status = ready ? 'True' : 'False';
  return `
{{ $now := Now }}
{{ $old := or .status.containerStatuses list }}
phase: ${phase}
startTime: {{ or .status.startTime $now | Quote }}
conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "${status}", lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "${status}", lastTransitionTime: {{ $now | Quote }} }
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "${status}", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range $index, $container := .spec.containers }}
{{ $restarts := 0 }}
{{ if lt $index (len $old) }}{{ $restarts = or (index $old $index).restartCount 0 }}{{ end }}
- name: {{ $container.name | Quote }}
  image: {{ $container.image | Quote }}
  ready: ${ready}
  started: ${ready}
  restartCount: ${restarts === 'more' ? '{{ add $restarts 1 }}' : '{{ $restarts }}'}
  state:${state}
${lastState === undefined ? '' : `  lastState:${lastState}`}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state:${terminatedContainer('Completed', 0)}
{{ end }}
{{ with NodeIPWith .spec.nodeName }}
hostIP: {{ . | Quote }}
hostIPs: [{ ip: {{ . | Quote }} }]
{{ end }}
{{ $newIp := PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
{{ with or .status.podIP $newIp }}
podIP: {{ . | Quote }}
podIPs: [{ ip: {{ . | Quote }} }]
{{ end }}
`;
}

export function terminatedContainer(reason: string, exitCode: number): string {
  return `
      terminated:
        reason: ${reason}
        exitCode: ${exitCode}
        startedAt: {{ $now | Quote }}
        finishedAt: {{ $now | Quote }}`;
}

export const nodeStatus = `
{{ $now := Now }}
phase: Running
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ or $.metadata.creationTimestamp $now | Quote }}
{{ end }}
addresses:
- { type: InternalIP, address: {{ NodeIP | Quote }} }
- { type: Hostname, address: {{ NodeName | Quote }} }
allocatable:
{{ with .status.allocatable }}
{{ YAML . 1 }}
{{ else }}
  { cpu: "32", memory: 64Gi, pods: "110" }
{{ end }}
capacity:
{{ with .status.capacity }}
{{ YAML . 1 }}
{{ else }}
  { cpu: "32", memory: 64Gi, pods: "110" }
{{ end }}
nodeInfo:
  architecture: amd64
  operatingSystem: linux
  kubeletVersion: {{ printf "kwok-%s" Version | Quote }}
  kubeProxyVersion: ""
  containerRuntimeVersion: kwok
  kernelVersion: kwok
  osImage: kwok
  bootID: ""
  machineID: ""
  systemUUID: ""
`;
