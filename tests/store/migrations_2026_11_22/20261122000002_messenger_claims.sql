-- Creation under a lease. wpp-create claims its organization's slot before it calls WPP Platform,
-- so that one client is made however many callers race, and a caller that dies leaves a claim
-- that the next one takes over: under the same claim id, which the platform sees as Idempotency-Key.

-- The apiKey in a row's settings, under either of its names; null where there is none.
create or replace function public.messenger_stored_api_key(p_settings jsonb)
returns text language sql immutable set search_path = '' as $$
  select coalesce(nullif(p_settings ->> 'apiKey', ''), nullif(p_settings ->> 'wppApiKey', ''));
$$;

create or replace function public.messenger_claim_integration(
  p_organization_id text,
  p_created_by uuid,
  p_name text,
  p_refused_api_key_sha256 text, -- the stored key that the platform refused; null: replace nothing
  p_lease_seconds integer
) returns jsonb language plpgsql set search_path = '' as $$
declare
  -- Existing tables may type this column as uuid: assignment casts where comparison would not.
  v_organization_id public.messenger_integrations.organization_id%type := p_organization_id;
  v_row public.messenger_integrations;
  v_api_key text;
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
    return jsonb_build_object('outcome', 'claimed', 'taken_over', false,
      'integration', to_jsonb(v_row));
  end if;

  v_api_key := public.messenger_stored_api_key(v_row.settings);
  if v_row.session is not null and v_api_key is not null
    and p_refused_api_key_sha256 is distinct from
      encode(sha256(convert_to(v_api_key, 'UTF8')), 'hex')
  then
    return jsonb_build_object('outcome', 'exists', 'integration', to_jsonb(v_row));
  end if;

  if v_row.claimed_until > now() then
    return jsonb_build_object(
      'outcome', 'busy',
      'integration', to_jsonb(v_row),
      'retry_after', ceil(extract(epoch from v_row.claimed_until - now()))
    );
  end if;

  -- A claim that was neither finished nor released may have reached the platform: keep its id.
  v_taken_over := v_row.claimed_until is not null;
  update public.messenger_integrations i set
    claim_id = case when v_taken_over then i.claim_id else gen_random_uuid() end,
    claimed_until = now() + make_interval(secs => p_lease_seconds)
  where i.id = v_row.id
  returning * into v_row;
  return jsonb_build_object('outcome', 'claimed', 'taken_over', v_taken_over,
    'integration', to_jsonb(v_row));
end
$$;

-- Saves what the platform answered. The first save of a claim wins; a later one gets what was saved.
create or replace function public.messenger_finish_claim(
  p_id uuid,
  p_claim_id uuid,
  p_api_key text,
  p_session text,
  p_status text
) returns jsonb language plpgsql set search_path = '' as $$
declare
  v_row public.messenger_integrations;
begin
  update public.messenger_integrations i set
    settings = (case jsonb_typeof(i.settings) when 'object' then i.settings else '{}'::jsonb end)
      - 'wppApiKey' - 'wppAccountNumber'
      || jsonb_build_object('apiKey', p_api_key, 'session', p_session),
    status = p_status,
    access_token = null,
    access_token_expires_at = null,
    api_key_issued_at = now(),
    -- Another id: a token of the former key, got while this creation ran, is not stored after it.
    claim_id = gen_random_uuid(),
    claimed_until = null
  where i.id = p_id and i.claim_id = p_claim_id and i.claimed_until is not null
  returning * into v_row;
  if found then
    return jsonb_build_object('outcome', 'saved', 'integration', to_jsonb(v_row));
  end if;
  select i.* into v_row from public.messenger_integrations i where i.id = p_id;
  return jsonb_build_object('outcome', 'exists', 'integration', to_jsonb(v_row));
end
$$;

-- Replaces stored secrets by the same ones under another key, each unless it has changed meanwhile.
create or replace function public.messenger_reseal_integration(
  p_id uuid,
  p_stored_api_key_sha256 text,
  p_api_key text,
  p_stored_access_token_sha256 text,
  p_access_token text
) returns void language sql set search_path = '' as $$
  update public.messenger_integrations i set
    settings = (i.settings - 'wppApiKey') || jsonb_build_object('apiKey', p_api_key),
    access_token = case
      when p_stored_access_token_sha256 = encode(sha256(convert_to(i.access_token, 'UTF8')), 'hex')
      then p_access_token
      else i.access_token
    end
  where i.id = p_id
    and p_stored_api_key_sha256 =
      encode(sha256(convert_to(public.messenger_stored_api_key(i.settings), 'UTF8')), 'hex');
$$;

revoke all on function public.messenger_stored_api_key(jsonb) from public, anon, authenticated;
grant execute on function public.messenger_stored_api_key(jsonb) to service_role;
revoke all on function public.messenger_claim_integration(text, uuid, text, text, integer)
  from public, anon, authenticated;
grant execute on function public.messenger_claim_integration(text, uuid, text, text, integer)
  to service_role;
revoke all on function public.messenger_finish_claim(uuid, uuid, text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_finish_claim(uuid, uuid, text, text, text)
  to service_role;
revoke all on function public.messenger_reseal_integration(uuid, text, text, text, text)
  from public, anon, authenticated;
grant execute on function public.messenger_reseal_integration(uuid, text, text, text, text)
  to service_role;
