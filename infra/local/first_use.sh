export ABROLL=@URL@ KEY=@KEY@

# 1  put your avatar key (the stand-in knows this one)
curl -sS -X PUT "$ABROLL/tenant/integrations/heygen" -H "Authorization: Bearer $KEY" -d '{"api_key": "hg_demo_key"}'

# 2  upload a photo; its id goes into the order
PHOTO=$(curl -sS "$ABROLL/tenant/uploads" -H "Authorization: Bearer $KEY" -F image=@infra/local/samples/coffee.jpg \
  | sed -n 's/.*"image": "\([^"]*\)".*/\1/p'); echo "photo $PHOTO"

# 3  order a film of it
JOB=$(sed "1s/{/{\"image\": \"$PHOTO\",/" infra/local/samples/request.json \
  | curl -sS "$ABROLL/create_job" -H "Authorization: Bearer $KEY" -d @- \
  | sed -n 's/.*"job_id": "\([^"]*\)".*/\1/p'); echo "job $JOB"

# 4  watch it until it has ended
while true; do
  NOW=$(curl -sS "$ABROLL/jobs/$JOB" -H "Authorization: Bearer $KEY" | sed -n 's/.*"summary": "\([^"]*\)".*/\1/p')
  echo "$NOW"; case "$NOW" in "The film is ready"*|Failed*|Cancelled*|"") break;; esac; sleep 1
done

# 5  fetch it
curl -sSfL "$ABROLL/jobs/$JOB/film" -H "Authorization: Bearer $KEY" -o film.mp4 && ls -l film.mp4
