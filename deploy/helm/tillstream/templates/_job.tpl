{{/* Of (root, name, job, weight, command, environment): a job that has to have ended before anything else is changed. */}}
{{- define "tillstream.job" -}}
{{- $fullname := include "tillstream.fullname" .root }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $fullname }}-{{ .name }}
  labels:
    {{- include "tillstream.labels" .root | nindent 4 }}
    {{- include "tillstream.selector" . | nindent 4 }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: "0"
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ .job.seconds }}
  template:
    metadata:
      labels:
        {{- include "tillstream.labels" .root | nindent 8 }}
        {{- include "tillstream.selector" . | nindent 8 }}
    spec:
      {{- include "tillstream.pullSecrets" .root | nindent 6 }}
      serviceAccountName: {{ $fullname }}-jobs
      automountServiceAccountToken: false
      enableServiceLinks: false
      restartPolicy: Never
      securityContext: {{- include "tillstream.podSecurity" .root | nindent 8 }}
      containers:
        - name: {{ .name }}
          image: {{ include "tillstream.image" (dict "root" .root "image" "order-service" "own" .root.Values.services.orderService.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: {{ toJson .command }}
          env: {{- .environment | nindent 12 }}
          resources: {{- toYaml .job.resources | nindent 12 }}
          securityContext: {{- include "tillstream.containerSecurity" .root | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
      volumes:
        - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- end }}
