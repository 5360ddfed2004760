-- Creation under a lease. wpp-create claims its organization's slot before it calls WPP Platform, so
-- that one account is created however many callers race. A slot is a row of messenger_integrations,
-- or the place where the first one will be:
--
--   state      apiKey  claim_id  claimed_until  what a claim finds          who leads here
--   ---------  ------  --------  -------------  --------------------------  --------------------------
--   free       no      null      null           claimed, under a new id     no row yet; release
--   claimed    any     set       in the future  busy                        claim
--   abandoned  any     set       in the past    claimed, under the same id  a lease that ran out;
--                                                                           release with p_keep_id
--   finished   yes     null      null           exists; claimed under a     finish
--                                               new id if the platform
--                                               refused these credentials
--
-- An abandoned creation may have reached the platform. Whoever takes it over calls again under the
-- same id, which the platform sees as Idempotency-Key. A slot that has an apiKey and is claimed or
-- abandoned is being renewed; callers that do not renew it find it as `exists`.

create or replace function public.messenger_claim_connection(
  p_organization_id text,
  p_created_by uuid,
  p_name text,
  p_refused_credentials_id uuid, -- the credentials that the platform refused; null: renew nothing
  p_lease_seconds integer
) returns jsonb language plpgsql set search_path = '' as $$
declare
  -- Tables that were there before may have a uuid here: assignment casts where comparison would not.
  v_organization_id public.messenger_integrations.organization_id%type := p_organization_id;
  v_row public.messenger_integrations;
  v_taken_over boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('messenger_integrations:' || p_organization_id, 0));

  select i.* into v_row
  from public.messenger_integrations i
  where i.organization_id = v_organization_id
    and i.messenger_type = 'whatsapp' and i.provider = 'wpp' and i.is_active is not false
  order by (i.session is not null) desc, i.is_primary desc nulls last, i.created_at, i.id
  limit 1;

  if not found then
    insert into public.messenger_integrations
      (organization_id, created_by, messenger_type, provider, name, status, is_primary, is_active,
       settings, claim_id, claimed_until)
    values
      (v_organization_id, p_created_by, 'whatsapp', 'wpp', coalesce(p_name, 'WhatsApp'), 'starting',
       true, true, '{}'::jsonb, gen_random_uuid(), now() + make_interval(secs => p_lease_seconds))
    returning * into v_row;
    return jsonb_build_object('outcome', 'claimed', 'id', v_row.id, 'claim_id', v_row.claim_id,
      'taken_over', false);
  end if;

  if v_row.session is not null and messenger_internal.stored_api_key(v_row.settings) is not null
    and v_row.credentials_id is distinct from p_refused_credentials_id
  then
    return jsonb_build_object('outcome', 'exists',
      'integration', messenger_internal.connection_json(v_row));
  end if;

  if v_row.claimed_until > now() then
    return jsonb_build_object('outcome', 'busy',
      'retry_after', ceil(extract(epoch from v_row.claimed_until - now())));
  end if;

  v_taken_over := v_row.claimed_until is not null and v_row.claim_id is not null;
  update public.messenger_integrations i set
    claim_id = case when v_taken_over then i.claim_id else gen_random_uuid() end,
    claimed_until = now() + make_interval(secs => p_lease_seconds)
  where i.id = v_row.id
  returning * into v_row;
  return jsonb_build_object('outcome', 'claimed', 'id', v_row.id, 'claim_id', v_row.claim_id,
    'taken_over', v_taken_over);
end
$$;
comment on function public.messenger_claim_connection(text, uuid, text, uuid, integer) is
  'Claims an organization''s slot for a creation. Outcomes: claimed (with id, claim_id, taken_over), '
  'exists (with integration), busy (with retry_after, in seconds).';
revoke all on function public.messenger_claim_connection(text, uuid, text, uuid, integer)
  from public, anon, authenticated;
grant execute on function public.messenger_claim_connection(text, uuid, text, uuid, integer)
  to service_role;

create or replace function public.messenger_finish_claim(
  p_id uuid,
  p_claim_id uuid,
  p_api_key text,
  p_session text,
  p_status text
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row public.messenger_integrations;
  v_outcome text := 'saved';
begin
  update public.messenger_integrations i set
    settings = (case jsonb_typeof(i.settings) when 'object' then i.settings else '{}'::jsonb end)
      - 'wppApiKey' - 'wppAccountNumber'
      || jsonb_build_object('apiKey', p_api_key, 'session', p_session),
    status = p_status,
    access_token = null,
    access_token_expires_at = null,
    api_key_issued_at = now(),
    -- A token of the former key that was exchanged meanwhile is not stored after this.
    credentials_id = gen_random_uuid(),
    claim_id = null,
    claimed_until = null
  where i.id = p_id and i.claim_id = p_claim_id and i.claimed_until is not null
  returning * into v_row;
  if not found then
    v_outcome := 'exists';
    select i.* into v_row from public.messenger_integrations i where i.id = p_id;
  end if;
  return jsonb_build_object('outcome', v_outcome,
    'integration', messenger_internal.connection_json(v_row));
end
$$;
comment on function public.messenger_finish_claim(uuid, uuid, text, text, text) is
  'Saves what the platform answered. The first save of a claim wins. Outcomes, both with '
  'integration: saved, exists (another save was first).';
revoke all on function public.messenger_finish_claim(uuid, uuid, text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_finish_claim(uuid, uuid, text, text, text)
  to service_role;

create or replace function public.messenger_release_claim(
  p_id uuid,
  p_claim_id uuid,
  p_keep_id boolean
) returns void language sql set search_path = '' as $$
  update public.messenger_integrations i set
    claim_id = case when p_keep_id then i.claim_id end,
    claimed_until = case when p_keep_id then now() end
  where i.id = p_id and i.claim_id = p_claim_id and i.claimed_until is not null;
$$;
comment on function public.messenger_release_claim(uuid, uuid, boolean) is
  'Gives a claim back whose creation certainly did not happen. With p_keep_id the next claim gets '
  'the same id, since an earlier attempt under it may have happened.';
revoke all on function public.messenger_release_claim(uuid, uuid, boolean)
  from public, anon, authenticated;
grant execute on function public.messenger_release_claim(uuid, uuid, boolean) to service_role;

-- Of the version of 2026-11-22, which left a claim_id on finished rows.
update public.messenger_integrations set claim_id = null
where claim_id is not null and claimed_until is null;
drop function if exists public.messenger_claim_integration(text, uuid, text, text, integer);
drop function if exists public.messenger_stored_api_key(jsonb);

notify pgrst, 'reload schema';
